//! Prints the tree back as Python source.
