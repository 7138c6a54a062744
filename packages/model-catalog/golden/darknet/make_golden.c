/* Makes the golden data of this folder with Darknet itself. See README.md. */

#include "darknet.h"

#include <stdint.h>

#ifdef ALEXEYAB
/* Exported by the library, but in none of its public headers. */
network parse_network_cfg_custom(char *filename, int batch, int time_steps);
void save_weights(network net, char *filename);
#endif

static uint32_t state;

/* Numerical Recipes' generator; its upper 24 bits are exact in float32. */
static float uniform(double low, double high)
{
    state = state * 1664525u + 1013904223u;
    return (float)(low + (high - low) * ((state >> 8) / 16777216.0));
}

static void fill_weights(layer l)
{
    int inputs = l.c / l.groups * l.size * l.size;
    /* Keeps the spread of the values about the same from layer to layer. */
    double spread = sqrt(2.0 / inputs);
    int i;
    for (i = 0; i < l.n; ++i) l.biases[i] = uniform(-0.5, 0.5);
    if (l.batch_normalize) {
        for (i = 0; i < l.n; ++i) l.scales[i] = uniform(0.1, 0.5);
        for (i = 0; i < l.n; ++i) l.rolling_mean[i] = uniform(-0.2, 0.2);
        for (i = 0; i < l.n; ++i) {
            /* Down to 0.002, where the ways of adding Darknet's epsilon differ by a quarter of a percent. */
            double deviation = uniform(0.0, 1.0);
            l.rolling_variance[i] = (float)(deviation * deviation + 0.002);
        }
    }
    for (i = 0; i < l.n * inputs; ++i) l.weights[i] = uniform(-spread, spread);
}

static void write_npy(const char *prefix, const char *suffix, const int *dims, int rank, const float *data)
{
    char path[512];
    char shape[128] = "";
    char header[192];
    size_t count = 1;
    int i;
    for (i = 0; i < rank; ++i) {
        count *= dims[i];
        sprintf(shape + strlen(shape), "%d,%s", dims[i], i == rank - 1 ? "" : " ");
    }
    sprintf(header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }", shape);
    sprintf(path, "%s.%s.npy", prefix, suffix);
    FILE *file = fopen(path, "wb");
    uint16_t length = 118;
    fwrite("\x93NUMPY\x01\x00", 1, 8, file);
    fwrite(&length, 2, 1, file);
    fprintf(file, "%-117s\n", header);
    fwrite(data, sizeof(float), count, file);
    fclose(file);
}

static void write_layer(const char *prefix, network *net, int index)
{
    layer l = net->layers[index];
    char suffix[32];
    int dims[3] = {l.out_c, l.out_h, l.out_w};
    if (!l.out_c) { dims[0] = l.outputs; dims[1] = dims[2] = 1; }
    sprintf(suffix, "layer-%d", index);
    write_npy(prefix, suffix, dims, 3, l.output);
}

/* All boxes, none left out for its score: [N, 5 + classes], pixels of the network's input, anchor by anchor. */
static void write_detections(const char *prefix, network *net)
{
    int total = 0, done = 0, i, j, k, n;
#ifdef ALEXEYAB
    detection *dets = get_network_boxes(net, net->w, net->h, -1, .5, 0, 1, &total, 0);
#else
    detection *dets = get_network_boxes(net, net->w, net->h, -1, .5, 0, 1, &total);
#endif
    int classes = net->layers[net->n - 1].classes;
    int dims[2] = {total, 5 + classes};
    float *rows = calloc((size_t)total * dims[1], sizeof(float));
    for (i = 0; i < net->n; ++i) {
        layer l = net->layers[i];
        if (l.type != YOLO && l.type != REGION) continue;
        for (j = 0; j < l.w * l.h; ++j) {
            for (n = 0; n < l.n; ++n) {
                int ordered = n * l.w * l.h + j;
                detection d = dets[done + (l.type == YOLO ? j * l.n + n : ordered)];
                float *row = rows + (size_t)(done + ordered) * dims[1];
                row[0] = d.bbox.x * net->w;
                row[1] = d.bbox.y * net->h;
                row[2] = d.bbox.w * net->w;
                row[3] = d.bbox.h * net->h;
                row[4] = d.objectness;
                for (k = 0; k < classes; ++k) row[5 + k] = d.prob[k];
            }
        }
        done += l.w * l.h * l.n;
    }
    write_npy(prefix, "detections", dims, 2, rows);
}

/* make_golden <cfg> <prefix> <weights to write> [layer ...]; tells the sizes of the convolutions on standard output. */
int main(int argc, char **argv)
{
    int i;
    if (argc < 4) return 1;
#ifdef ALEXEYAB
    network *net = calloc(1, sizeof(network));
    *net = parse_network_cfg_custom(argv[1], 1, 1);
#else
    network *net = parse_network_cfg(argv[1]);
    set_batch_network(net, 1);
#endif
    state = 1;
    float *pixels = calloc((size_t)net->w * net->h * net->c, sizeof(float));
    for (i = 0; i < net->w * net->h * net->c; ++i) pixels[i] = uniform(0, 1);
    printf("[");
    const char *comma = "";
    for (i = 0; i < net->n; ++i) {
        layer l = net->layers[i];
        if (l.type != CONVOLUTIONAL) continue;
        fill_weights(l);
        printf("%s[%d, %d, %d]", comma, l.n, l.c / l.groups * l.size * l.size, l.batch_normalize);
        comma = ", ";
    }
    printf("]\n");
#ifdef ALEXEYAB
    save_weights(*net, argv[3]);
    fuse_conv_batchnorm(*net);
    network_predict_ptr(net, pixels);
#else
    save_weights(net, argv[3]);
    network_predict(net, pixels);
#endif
    layer last = net->layers[net->n - 1];
    if (last.type == YOLO || last.type == REGION) write_detections(argv[2], net);
    for (i = 4; i < argc; ++i) write_layer(argv[2], net, atoi(argv[i]));
    return 0;
}
