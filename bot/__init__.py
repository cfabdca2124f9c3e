"""The Telegram side: updates into the inbox, through the conversation, back as answers."""
