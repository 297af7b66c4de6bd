"""The web chat: the page at /chat, the widget for other pages, and the requests behind both."""
from addons.channels.web.channel import WebChat
from addons.channels.web.output import WebOutput

__all__ = ["WebChat", "WebOutput"]
