"""The command line teaches itself, and its exit codes mean what they say."""
