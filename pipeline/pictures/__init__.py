"""Pictures of the data and of trained networks: images with labels, weights, confusions, mistakes.

Comes in: the images, the selection, and runs that are trained once more. Goes out: results/networks, a folder for each
of their networks, results/pictures/pictures.json and results/pictures. Uses `randomisation` and below.
"""
