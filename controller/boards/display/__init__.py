"""Boards with a process of their own: HDMI screens and HUB75 panels."""
