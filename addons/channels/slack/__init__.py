"""The Slack channel: direct messages, mentions in channels, the command /repwise. docs/slack.md tells how to switch it on."""
