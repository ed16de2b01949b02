"""What hands the kiosk has besides the touch screen: scanner, camera, receipt printer, voice."""
