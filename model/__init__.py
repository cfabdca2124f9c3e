"""What the product knows, whichever face is talking: the network, the photo, the samples."""
