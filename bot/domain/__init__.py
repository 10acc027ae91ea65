"""What the words mean: the vocabulary as types and pure functions, standard library only."""
