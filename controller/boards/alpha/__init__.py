"""The Alpha sign protocol: words, bytes, files, the conversation, and a sign in software."""
