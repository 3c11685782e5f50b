package dev.lockstep.loader;

/** What a model file may ask for, each limit with its reason. A file that exceeds one is refused before memory is allocated. */
public final class LoadLimits {
    /**
     * Everything before the tensor data, in bytes: it is the part that lands on the heap. The largest known vocabularies
     * (262,144 pieces with merges) take about 20 MiB.
     */
    public static final long MAX_HEADER_BYTES = 64L << 20;

    /** One text value, in bytes: the longest real ones are chat templates of some 100 KiB. On the heap it takes up to four times as much. */
    public static final int MAX_TEXT_BYTES = 4 << 20;

    /** GGUF's own limit on the length of a metadata key, in bytes. */
    public static final int MAX_KEY_BYTES = 65_535;

    /** ggml keeps tensor names in 64 bytes, the last of them zero. */
    public static final int MAX_TENSOR_NAME_BYTES = 63;

    /** ggml tensors have at most four dimensions. */
    public static final int MAX_DIMENSIONS = 4;

    /** The largest known models have a few thousand tensors. */
    public static final int MAX_TENSORS = 65_536;

    /** Known files have up to a hundred metadata entries. */
    public static final int MAX_METADATA_ENTRIES = 16_384;

    /** Alignment of tensor data, in bytes: a page and more; real files use 32 or 64. */
    public static final long MAX_ALIGNMENT = 1L << 20;

    /** Bytes of a safetensors header, by the format's own rule. Only the facts of each tensor stay on the heap. */
    public static final int MAX_SAFETENSORS_HEADER_BYTES = 100_000_000;

    /** Dimensions of a stored tensor before it is translated: numpy's own limit. */
    public static final int MAX_STORED_DIMENSIONS = 64;

    /** Chunks of an HDF5 dataset: eight times what h5py makes of the largest known tensors by itself. */
    public static final int MAX_HDF5_CHUNKS = 1 << 18;

    /** Bytes of an HDF5 dataset that are decoded at once, in secure memory: its chunks side by side. h5py makes chunks of up to 1 MiB. */
    public static final long MAX_HDF5_BAND_BYTES = 256L << 20;

    /** Ten times the largest known vocabulary. */
    public static final int MAX_VOCABULARY = 1 << 22;

    /** Layers; the deepest known models have under 200. */
    public static final int MAX_LAYERS = 1024;

    /** Query heads of a layer. */
    public static final int MAX_HEADS = 1024;

    /** Experts of a layer; the largest known models have 512. */
    public static final int MAX_EXPERTS = 4096;

    /**
     * Experts of all layers together, three matrices each that are known by name; the largest known models have some 30,000. A tensor of
     * experts may be so small that the size of a file says nothing of their number.
     */
    public static final int MAX_EXPERTS_OF_ALL_LAYERS = 65_536;

    /** Width of a layer, a head, or a feed-forward network, in values; keeps products of two of them far inside a long. */
    public static final int MAX_WIDTH = 1 << 20;

    /** Context length in tokens: 16 times the longest that models advertise. */
    public static final int MAX_CONTEXT = 1 << 24;

    private LoadLimits() {
    }
}
