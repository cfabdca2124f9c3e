"""The paper-maker: handwriting on paper that looks photographed, with the truth beside it."""
