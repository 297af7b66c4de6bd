from addons.channels.signing import Signer, server_secret


def test_a_conversation_token_is_read_back():
    signer = Signer("secret", "web")
    conversation = signer.new_conversation()
    assert conversation.startswith("web:") and len(conversation) > 30
    assert signer.conversation(signer.conversation_token(conversation)) == conversation


def test_foreign_and_forged_tokens_name_no_conversation():
    ours, theirs = Signer("secret", "web"), Signer("other secret", "web")
    token = ours.conversation_token("web:abc")
    assert theirs.conversation(token) is None
    assert ours.conversation(token + "x") is None
    assert ours.conversation(None) is None
    assert ours.conversation(Signer("secret", "slack").conversation_token("slack:abc")) is None


def test_a_button_works_only_in_its_own_conversation():
    signer = Signer("secret", "web")
    token = signer.button_token("web:a", "/ask_help", "Help")
    assert signer.button("web:a", token) == ["/ask_help", "Help"]
    assert signer.button("web:b", token) is None


def test_the_secret_is_made_once_and_kept_private(tmp_path):
    file = tmp_path / "state" / "secret"
    first = server_secret(file)
    assert server_secret(file) == first and len(first) > 40
    assert file.stat().st_mode & 0o077 == 0
