package dev.lockstep.app;

import dev.lockstep.loader.signing.TrustedIdentities;
import dev.lockstep.loader.signing.TrustedRoot;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Whose keyless signatures count: three options that mean something together only. */
final class IdentityOptions {
    @Option(names = "--identity", required = true, paramLabel = "NAME", converter = TextConverter.class,
            description = "Identity you trust to sign with sigstore: an e-mail address or a URI, exactly as in the certificate.")
    private String identity;

    @Option(names = "--identity-provider", required = true, paramLabel = "URL", converter = TextConverter.class,
            description = "Who has to vouch for the identity: the OpenID Connect issuer, exactly as in the certificate.")
    private String identityProvider;

    @Option(names = "--trust-root", required = true, paramLabel = "FILE",
            description = "Keys of the logs and authorities that prove it: sigstore's trusted_root.json. No network is used.")
    private Path trustRoot;

    TrustedIdentities trusted() {
        return TrustedIdentities.of(identity, identityProvider, TrustedRoot.read(trustRoot));
    }
}
