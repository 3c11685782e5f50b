package dev.lockstep.loader.internal.sigstore;

import dev.lockstep.loader.internal.json.StrictJson;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What a trusted root holds (sigstore/protobuf-specs, sigstore_trustroot.proto, {@code TrustedRoot}): the logs and authorities on
 * whose word evidence counts.
 *
 * @param tlogs of signatures: Rekor
 * @param authorities that issue certificates: Fulcio
 * @param ctlogs of certificates
 * @param timestampAuthorities those of RFC 3161
 */
public record TrustMaterial(List<TransparencyLog> tlogs, List<CertificateAuthority> authorities, List<TransparencyLog> ctlogs,
        List<CertificateAuthority> timestampAuthorities) {
    /** Nothing counts. */
    public static final TrustMaterial NONE = new TrustMaterial(List.of(), List.of(), List.of(), List.of());

    private static final String MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
    private static final String ROOT = "trustedRoot";
    private static final Set<String> CONFIG_MEMBERS = Set.of("mediaType", ROOT, "signingConfig", "signing_config");
    private static final Set<String> MEMBERS = Set.of("mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities");

    /** Reads a trusted root, or the one in a {@code ClientTrustConfig}, whose advice to signers is not looked at. */
    public static TrustMaterial parse(StrictJson file) {
        if (!file.has(ROOT)) {
            return parseRoot(file);
        }
        file.allowOnly(CONFIG_MEMBERS);
        return parseRoot(file.object(ROOT));
    }

    private static TrustMaterial parseRoot(StrictJson root) {
        root.allowOnly(MEMBERS);
        if (!root.text("mediaType").equals(MEDIA_TYPE)) {
            throw root.fault("has the media type \"" + root.text("mediaType") + "\"; \"" + MEDIA_TYPE + "\" is accepted");
        }
        return new TrustMaterial(logs(root, "tlogs"), authorities(root, "certificateAuthorities"), logs(root, "ctlogs"),
                authorities(root, "timestampAuthorities"));
    }

    private static List<TransparencyLog> logs(StrictJson root, String member) {
        List<TransparencyLog> logs = root.optionalObjects(member).stream().map(TransparencyLog::parse).toList();
        // With two keys or windows for one id, which one makes an entry good?
        if (logs.stream().map(log -> HexFormat.of().formatHex(log.id())).distinct().count() != logs.size()) {
            throw root.fault("member \"" + member + "\" holds two logs of the same id");
        }
        return logs;
    }

    private static List<CertificateAuthority> authorities(StrictJson root, String member) {
        return root.optionalObjects(member).stream().map(CertificateAuthority::parse).toList();
    }
}
