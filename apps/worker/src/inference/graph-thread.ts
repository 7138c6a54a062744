/* The thread that graphs run in, as a file of this app: what an app starts is bundled with it. */
import '@darkroom/inference/graph-thread-main';
