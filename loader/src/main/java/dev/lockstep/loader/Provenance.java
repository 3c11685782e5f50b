package dev.lockstep.loader;

import dev.lockstep.loader.signing.Signer;
import java.util.List;

/** Where the trust in a checkpoint comes from. */
public sealed interface Provenance {
    /**
     * 64 hex digits that stand for the bytes that were loaded: their SHA-256 or, where the publisher signed shards or with another hash,
     * SHA-256 over those digests; where there are several files, SHA-256 over their names and digests, in the order of the names.
     */
    String sha256();

    /**
     * Somebody who is trusted signed exactly these bytes.
     *
     * @param signers who, at least one
     * @param subject what the signer called the model
     */
    record Signed(String sha256, List<Signer> signers, String subject) implements Provenance { }

    /** Nobody vouched for these bytes; the caller explicitly decided to do without. */
    record Unverified(String sha256) implements Provenance { }
}
