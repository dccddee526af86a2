"""WeChat's mini-program server API and its message push (platforms §1)."""
