package dev.lockstep.app;

import dev.lockstep.loader.CheckpointLoader;
import dev.lockstep.loader.OpenOptions;
import dev.lockstep.loader.TrustPolicy;
import dev.lockstep.loader.VerifiedCheckpoint;
import dev.lockstep.loader.age.AgeIdentity;
import dev.lockstep.loader.gate.ModelGate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens models: the one way in for all commands, so that none forgets whom to ask.
 *
 * @param trust on whose word
 * @param gate who is asked first
 */
record GuardedLoader(TrustPolicy trust, ModelGate gate) {
    /** Verifies and opens a model; the caller closes it. */
    VerifiedCheckpoint open(Path file, OpenOptions options, List<? extends AgeIdentity> identities) throws IOException {
        return CheckpointLoader.open(file, trust, options.withGate(gate), identities);
    }
}
