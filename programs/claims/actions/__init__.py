"""The actions of the claims wing, one file per activity."""
