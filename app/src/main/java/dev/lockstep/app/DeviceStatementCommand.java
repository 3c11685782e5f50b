package dev.lockstep.app;

import dev.lockstep.guard.device.Attestor;
import dev.lockstep.guard.device.Enrolment;
import dev.lockstep.guard.device.Enrolment.Question;
import dev.lockstep.guard.posture.Posture;
import dev.lockstep.guard.posture.PostureScope;
import dev.lockstep.loader.OpenOptions;
import dev.lockstep.loader.Residency;
import dev.lockstep.loader.VerifiedCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep device statement}: answers whoever asks in what state this device is. */
@Command(name = "statement", description = "Signs what the checks of this device find, in answer to a nonce.")
final class DeviceStatementCommand extends IoCommand {
    @Option(names = "--nonce", required = true, paramLabel = "HEX", description = "Whoever asks chose it at random: 32 to 128 hex digits, in lower case.")
    private String nonce;

    @Option(names = "--audience", paramLabel = "TEXT", description = "Who asks, as whoever asks calls itself: the answer is for them alone. No spaces.")
    private String audience;

    @Option(names = {"-m", "--model"}, paramLabel = "PATH", description = "Verify this model, look at its files too, and name its digest.")
    private Path model;

    @Mixin
    private AgeIdentityOptions identities;

    @Mixin
    private TrustOptions trust;

    @Option(names = "--minutes", paramLabel = "M", description = "How long the statement counts. Default: ${DEFAULT-VALUE}.")
    private int minutes = 5;

    @Option(names = "--evidence", description = "Also tell what the checks have seen: it names files, disks and users.")
    private boolean evidence;

    @Mixin
    private OutOption out;

    @Mixin
    private DeviceFolderOption device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Endpoint endpoint = io.guard().endpoint();
        Question question = Arguments.checked(spec, () ->
                new Question(nonce, Optional.ofNullable(audience), Duration.ofMinutes(minutes), evidence, Optional.empty(), Optional.empty()));
        Enrolment enrolment = Enrolment.open(device.value(endpoint));
        Question full = question.about(Optional.of(trust.guardPolicy(io).sha256()), modelDigest());
        // last, since to verify a model can take longer than checks stay fresh
        Posture posture = endpoint.probe().examine(scope(endpoint));
        byte[] answer = enrolment.answer(full, posture, Attestor.NONE, endpoint.clock());
        out.write(io, new String(answer, StandardCharsets.UTF_8) + '\n');
        return ExitCode.OK;
    }

    private PostureScope scope(Endpoint endpoint) {
        PostureScope scope = PostureScope.DEVICE.withFolder(device.value(endpoint));
        return model == null ? scope : scope.withModel(model);
    }

    /** Asked through the guard, like all models: a device that may not open the model can say so without it. */
    private Optional<String> modelDigest() throws IOException {
        if (model == null) {
            return Optional.empty();
        }
        try (var own = identities.identities(spec); VerifiedCheckpoint checkpoint = AgeIdentityOptions.opening(own, model, all ->
                trust.loader(io).open(model, OpenOptions.of(Residency.RESIDENT), all))) {
            return Optional.of(checkpoint.provenance().sha256());
        }
    }
}
