"""Draws the pictures beside answers from knowledge: muscle maps and foot diagrams, as SVG for the web and PNG for Slack and Telegram."""
