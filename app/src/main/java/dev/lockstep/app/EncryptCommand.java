package dev.lockstep.app;

import dev.lockstep.loader.age.AgeFiles;
import dev.lockstep.loader.age.AgeIdentityFile;
import dev.lockstep.loader.age.AgeKeys;
import dev.lockstep.loader.age.AgeRecipient;
import dev.lockstep.loader.age.EncryptedName;
import dev.lockstep.loader.age.PassphraseIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep encrypt}: writes a file that only its recipients can read. */
@Command(name = "encrypt", description = "Encrypts a file for recipients or with a passphrase (age v1; the age tool can decrypt it).")
final class EncryptCommand extends IoCommand {
    @Parameters(paramLabel = "FILE", description = "The file to encrypt. It stays as it is.")
    private Path file;

    @Option(names = {"-r", "--recipient"}, paramLabel = "age1...", description = "Who may decrypt it; may be given several times.")
    private List<String> recipients = List.of();

    @Option(names = {"-R", "--recipients-file"}, paramLabel = "FILE", description = "Recipients, one on a line; may be given several times.")
    private List<Path> recipientFiles = List.of();

    @Option(names = "--passphrase", description = "Encrypt with a passphrase, asked for on the terminal.")
    private boolean passphrase;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Where it goes; no file is overwritten. Default: FILE.age.")
    private Path output;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path target = output != null ? output : EncryptedName.of(file);
        if (!passphrase) {
            encrypt(target, named());
            return ExitCode.OK;
        }
        if (!recipients.isEmpty() || !recipientFiles.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "a passphrase must be the only recipient");
        }
        char[] chosen = Passphrase.choose(spec, "Passphrase for " + target.getFileName());
        try (var identity = PassphraseIdentity.of(chosen)) {
            encrypt(target, List.of(identity.recipient()));
        } finally {
            Arrays.fill(chosen, '\0');
        }
        return ExitCode.OK;
    }

    private List<AgeRecipient> named() {
        var all = new ArrayList<AgeRecipient>();
        for (String text : recipients) {
            all.add(AgeKeys.recipient(text).orElseThrow(() ->
                    new ParameterException(spec.commandLine(), "\"" + Printable.text(text) + "\" is no recipient of age (age1...)")));
        }
        recipientFiles.forEach(each -> all.addAll(AgeIdentityFile.readRecipients(each)));
        if (all.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "for whom? Give --recipient, --recipients-file or --passphrase");
        }
        return all;
    }

    private void encrypt(Path target, List<? extends AgeRecipient> all) throws IOException {
        try (var progress = Progress.of(io)) {
            AgeFiles.encrypt(file, target, all, done -> progress.show("encrypting, " + (done >> 20) + " MiB"));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
