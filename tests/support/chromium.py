"""Where Debian's Chromium lies, for tests that look at the page as people do."""

CHROMIUM = "/usr/bin/chromium"
