"""System checks that defend the conventions of the house."""
