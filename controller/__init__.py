"""The station's house: words, runtime, store, boards, web, and the roots that put them together."""
