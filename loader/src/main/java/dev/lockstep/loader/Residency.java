package dev.lockstep.loader;

/** Where the weights of an open model are. */
public enum Residency {
    /**
     * In private memory, copied once and verified there. What happens to the file afterwards cannot matter. The fastest, and the
     * default.
     */
    RESIDENT,

    /**
     * In the file, which stays open, for models that are larger than memory. The file is verified when the model is opened, and a
     * digest of each page is kept; whenever weights are needed their pages are read into private memory, compared with these digests,
     * and only then used. (Not by a memory map: whoever cuts a mapped file makes its readers fail in ways that no program should, and
     * a second kind of memory makes all kernels of the process slow.)
     *
     * <p><b>What it promises.</b> The same results as {@link #RESIDENT}, and no computation with a byte that was not signed: whoever
     * changes, cuts or replaces the file meanwhile is noticed, and the generation that needed the page fails with
     * {@link dev.lockstep.loader.signing.ModelSignatureException}.
     *
     * <p><b>What it cannot promise.</b> Speed: every token reads, hashes and weaves all weights once more, which takes some twenty
     * times as long; prompts are read in batches and suffer less. Availability: a model works only for as long as its file is left
     * alone. And secrecy of the weights: they stay in the page cache of the operating system, where nobody wipes them.
     */
    MAPPED
}
