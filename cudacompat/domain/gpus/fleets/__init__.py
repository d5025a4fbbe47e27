"""The documents that list the GPUs of a fleet, each as people have them at hand. Pure: texts are parsed elsewhere.

Every reader yields a row for each GPU: the GPU, or why it cannot be told which one it is.
"""
