"""Runs a Darknet network with OpenCV's dnn module: for each line on stdin, a number of milliseconds, it runs until so
much time has passed and prints what each run took, in milliseconds, as a JSON list."""

import json
import sys
import time

import cv2

cfg, weights, photo, width, height, threads = sys.argv[1:]
cv2.setNumThreads(int(threads))
net = cv2.dnn.readNetFromDarknet(cfg, weights)
names = net.getUnconnectedOutLayersNames()
blob = cv2.dnn.blobFromImage(cv2.imread(photo), 1 / 255, (int(width), int(height)), swapRB=True)

for line in sys.stdin:
    times = []
    began = time.perf_counter()
    while not times or (time.perf_counter() - began) * 1000 < float(line):
        net.setInput(blob)
        started = time.perf_counter()
        net.forward(names)
        times.append((time.perf_counter() - started) * 1000)
    print(json.dumps(times), flush=True)
