"""What Junction sends while one order goes on."""
