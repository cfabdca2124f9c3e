"""Better weights from what was collected: learned in a process of its own, judged, then promoted.

rows      how far a run is, for every process to see
start     starts the process
run       what it does
measuring judges weights that no retraining has judged
learning  the recipe and the epochs                                        NumPy only
judging   scores, and whether a difference is more than luck               NumPy only
"""
