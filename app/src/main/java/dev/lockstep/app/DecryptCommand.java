package dev.lockstep.app;

import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.EncryptedName;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep decrypt}: writes the plaintext of an encrypted file. */
@Command(name = "decrypt", description = {"Decrypts a file (age v1). The plaintext goes to a disk: nothing else in Lockstep needs that.",
    "Exit code 3 tells that the file was changed."})
final class DecryptCommand extends IoCommand {
    @Parameters(paramLabel = "FILE", description = "The encrypted file.")
    private Path file;

    @Mixin
    private AgeIdentityOptions identities;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE",
            description = "Where the plaintext goes, readable by you only; no file is overwritten. Default: FILE without .age.")
    private Path output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path target = target();
        try (var own = identities.identities(spec); var progress = Progress.of(io)) {
            AgeFiles.decrypt(file, target, own.of(file), done -> progress.show("decrypting, " + (done >> 20) + " MiB"));
        }
        return ExitCode.OK;
    }

    private Path target() {
        return output != null ? output
                : EncryptedName.plain(file).orElseThrow(() -> new ParameterException(spec.commandLine(), "where to? Give --output"));
    }
}
