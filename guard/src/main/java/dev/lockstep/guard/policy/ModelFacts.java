package dev.lockstep.guard.policy;

import dev.lockstep.loader.Provenance;
import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.signing.Signer;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is known of a model once its bytes are verified.
 *
 * @param name of its file or folder
 * @param subject what its signers call it; the same name if nobody signed it
 * @param sha256 64 hex digits, see {@link Provenance#sha256}
 * @param signers key ids and identities of who vouches for it, see {@link #ids}; none if nobody does
 * @param version of its release statement, 0 if it has none
 */
public record ModelFacts(String name, String subject, String sha256, Set<String> signers, long version) {
    public ModelFacts {
        name = ModelEntry.normal(name);
        subject = ModelEntry.normal(subject);
        signers = Set.copyOf(signers);
    }

    /** A model that its signers call what its file is called. */
    public ModelFacts(String name, String sha256, Set<String> signers, long version) {
        this(name, name, sha256, signers, version);
    }

    /** What a loader found out. An encrypted file goes by the name of what is in it. */
    public static ModelFacts of(Path model, Provenance provenance, long version) {
        Path absolute = model.toAbsolutePath().normalize();
        String name = EncryptedName.plain(absolute).orElse(absolute).getFileName().toString();
        return switch (provenance) {
            case Provenance.Signed signed -> new ModelFacts(name, signed.subject(), signed.sha256(),
                    signed.signers().stream().flatMap(ModelFacts::ids).collect(Collectors.toSet()), version);
            case Provenance.Unverified unverified -> new ModelFacts(name, unverified.sha256(), Set.of(), version);
        };
    }

    /**
     * As policies call a signer: by the id of its key, and {@code identity via issuer} of a sigstore identity, {@code subject} of a
     * certificate.
     */
    public static Stream<String> ids(Signer signer) {
        return switch (signer) {
            case Signer.Key key -> Stream.of(key.key().hex());
            case Signer.Identity identity -> Stream.of(identity.key().hex(), identity.identity() + " via " + identity.issuer());
            case Signer.Certificate certificate -> Stream.of(certificate.key().hex(), certificate.subject());
        };
    }
}
