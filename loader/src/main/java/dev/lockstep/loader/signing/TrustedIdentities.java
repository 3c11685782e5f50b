package dev.lockstep.loader.signing;

import dev.lockstep.loader.internal.sigstore.SigstoreSigner;
import dev.lockstep.loader.internal.text.Printable;
import dev.lockstep.loader.signing.ModelSignatureException.Reason;
import java.util.List;
import java.util.function.Predicate;

/**
 * The identities whose keyless signatures count, and the sigstore that has to prove them. Immutable; an empty list trusts nobody.
 *
 * @param identities any of them may have signed
 * @param root whose logs and authorities are believed
 */
public record TrustedIdentities(List<TrustedIdentity> identities, TrustedRoot root) {
    /** Trusts nobody. */
    public static final TrustedIdentities NONE = new TrustedIdentities(List.of(), TrustedRoot.NONE);

    public TrustedIdentities {
        identities = List.copyOf(identities);
    }

    public static TrustedIdentities of(String identity, String issuer, TrustedRoot root) {
        return new TrustedIdentities(List.of(new TrustedIdentity(identity, issuer)), root);
    }

    /** Refuses a proven signer that is none of these, and says what differs. */
    void require(SigstoreSigner signer, String file) {
        Predicate<TrustedIdentity> sameIdentity = trusted -> trusted.identity().equals(signer.identity());
        Predicate<TrustedIdentity> sameIssuer = trusted -> trusted.issuer().equals(signer.issuer());
        if (identities.stream().anyMatch(sameIdentity.and(sameIssuer))) {
            return;
        }
        String differs = identities.stream().anyMatch(sameIdentity) ? "that identity is trusted with another provider only"
                : identities.stream().anyMatch(sameIssuer) ? "that provider is trusted for another identity only" : "neither of them is trusted";
        throw new ModelSignatureException(Reason.IDENTITY_UNTRUSTED, file, "is signed by the identity \"" + signer.identity()
                + "\", vouched for by \"" + signer.issuer() + "\"; " + differs + " (" + describe() + ')');
    }

    private String describe() {
        return "trusted: " + Printable.list(identities.stream().map(trusted -> trusted.identity() + " by " + trusted.issuer()).toList());
    }
}
