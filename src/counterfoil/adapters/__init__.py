"""Other people's formats, each described by data and touched by one module."""
