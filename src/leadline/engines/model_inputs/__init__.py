"""Inputs of models: columns made to conform, images and their pixels."""
