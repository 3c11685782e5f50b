package dev.lockstep.app;

import dev.lockstep.guard.policy.ModelFacts;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What is known of a model, as somebody assumes it. */
final class ModelFactOptions {
    @ArgGroup(exclusive = false)
    private Model model;

    private static final class Model {
        @Option(names = "--model-name", required = true, paramLabel = "NAME", description = "Of the file or folder of the model. Default: no model is"
                + " asked about.")
        private String name;

        @Option(names = "--model-subject", paramLabel = "NAME", description = "What its signers call it. Default: the same.")
        private String subject;

        @Option(names = "--model-digest", paramLabel = "HEX", description = "Its digest, as lockstep inspect shows it.")
        private String digest = "(not given)";

        @Option(names = "--signer", paramLabel = "ID", description = "Who signed it: the id of a key, IDENTITY via ISSUER, or the subject of a"
                + " certificate; may be given several times. Default: nobody.")
        private Set<String> signers = Set.of();

        @Option(names = "--model-version", paramLabel = "N", description = "Of its release statement. Default: it has none.")
        private long version;
    }

    Optional<ModelFacts> facts() {
        return Optional.ofNullable(model).map(given -> new ModelFacts(given.name, given.subject == null ? given.name : given.subject, given.digest,
                given.signers, given.version));
    }
}
