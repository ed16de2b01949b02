"""Pictures that somebody brings for notices: judged in a child, made small and bare, given up when unused."""
