"""The notice boards: text to pages, pages to bytes, bytes to a sign, and proof of what it shows."""
