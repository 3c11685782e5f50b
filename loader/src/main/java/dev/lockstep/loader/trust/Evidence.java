package dev.lockstep.loader.trust;

import dev.lockstep.loader.signing.SignedRelease;
import dev.lockstep.loader.signing.Signer;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is known of a model when a policy decides on it. Immutable.
 *
 * @param model what its signers call it
 * @param asked the name of the file or folder that is to be used
 * @param rootDigest the signed digest of all of it
 * @param fileDigests the signed digests of its files
 * @param signers whose signatures of it verify, each key once
 * @param release what was said of its version, if anything
 * @param lastSeenVersion the newest release of a model of this name that this device has used
 * @param lastSeenPolicy the newest version of the policy that this device has used
 * @param exposure who else could change its files; empty if nobody can
 * @param memoryProblems how the memory it will be in falls short of {@linkplain dev.lockstep.securemem.Hardening hardened} memory
 */
public record Evidence(String model, String asked, String rootDigest, Set<String> fileDigests, List<Signer> signers, Optional<SignedRelease> release,
        OptionalLong lastSeenVersion, OptionalLong lastSeenPolicy, List<String> exposure, List<String> memoryProblems, Instant now) {
    public Evidence {
        fileDigests = Set.copyOf(fileDigests);
        signers = List.copyOf(signers);
        exposure = List.copyOf(exposure);
        memoryProblems = List.copyOf(memoryProblems);
    }

    /** By which rules are found: what its signers call it, and what it is called here. One name, if they agree. */
    public Set<String> names() {
        return new HashSet<>(List.of(model, asked));
    }
}
