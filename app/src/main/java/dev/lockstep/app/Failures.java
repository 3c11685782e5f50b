package dev.lockstep.app;

import dev.lockstep.guard.audit.AuditException;
import dev.lockstep.guard.device.DeviceTrustException;
import dev.lockstep.loader.ModelFormatException;
import dev.lockstep.loader.age.AgeException;
import dev.lockstep.loader.gate.RefusedException;
import dev.lockstep.loader.signing.KeyFileException;
import dev.lockstep.loader.signing.ModelSignatureException;
import dev.lockstep.loader.signing.SigningException;
import dev.lockstep.loader.signing.TrustFileException;
import dev.lockstep.models.ChatTemplateException;
import dev.lockstep.models.ContextLengthException;
import dev.lockstep.models.InferenceException;
import dev.lockstep.models.SavedSessionException;
import dev.lockstep.securemem.HardeningException;
import dev.lockstep.securemem.SecureArena;
import dev.lockstep.securemem.SecureMemoryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns exceptions into one clear line and an exit code. */
record Failures(Io io) implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine commandLine, ParseResult parsed) {
        if (SecureArena.isProcessEnding()) {
            // whatever failed, failed because its memory was wiped
            return ExitCode.FAILURE;
        }
        return switch (failure) {
            case ModelSignatureException e -> {
                say("refused: " + e.getMessage());
                if (commandLine.getCommandSpec().findOption("--allow-unsigned") != null) {
                    adviceFor(e);
                }
                yield ExitCode.REFUSED;
            }
            case RefusedException e -> refused(Printable.text(e.getMessage()));
            case ModelFormatException e -> fail(e.getMessage());
            case DeviceTrustException e -> {
                say("refused: " + e.getMessage());
                yield ExitCode.REFUSED;
            }
            case KeyFileException e -> fail(e.getMessage());
            case TrustFileException e -> fail(e.getMessage());
            case AuditException e -> fail(e.getMessage());
            case AgeException e -> age(e);
            case SavedSessionException e -> savedSession(e);
            case SigningException e -> fail(e.getMessage());
            case ContextLengthException e -> fail(e.getMessage());
            case ChatTemplateException e -> {
                say(Printable.text(e.getMessage()));
                if (e.reason() == ChatTemplateException.Reason.MISSING) {
                    io.err().println("--plain talks with it all the same, without one.");
                }
                yield ExitCode.FAILURE;
            }
            case InferenceException e -> fail(e.getMessage());
            case SecureMemoryException e -> fail(e.getMessage());
            case HardeningException e -> refused(e.getMessage());
            case UncheckedIOException e -> fail(e.getMessage());
            case FileAlreadyExistsException e -> fail(e.getFile() + ": already exists and is not overwritten");
            case NoSuchFileException e -> fail(e.getFile() + ": no such file");
            case AccessDeniedException e -> fail(e.getFile() + ": permission denied");
            case IOException e -> fail(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
            default -> bug(failure);
        };
    }

    /** What was changed is refused; what cannot be opened has failed. */
    private int age(AgeException e) {
        say(e.getMessage());
        return switch (e.reason()) {
            case HEADER_MAC, PAYLOAD -> ExitCode.REFUSED;
            case HEADER, ARMOR, NO_MATCH -> ExitCode.FAILURE;
        };
    }

    /** As above: what its owner wrote and cannot be read has failed. */
    private int savedSession(SavedSessionException e) {
        return switch (e.reason()) {
            case NOT_AUTHENTIC, FOREIGN_MODEL -> refused(e.getMessage());
            case MALFORMED -> fail(e.getMessage());
        };
    }

    private int refused(String message) {
        say("refused: " + message);
        return ExitCode.REFUSED;
    }

    private int fail(String message) {
        say(message);
        return ExitCode.FAILURE;
    }

    /** No message: it may carry what the user typed. The stack trace names only our own code. */
    private int bug(Exception failure) {
        say("internal error, please report: " + failure.getClass().getName());
        for (StackTraceElement frame : failure.getStackTrace()) {
            io.err().println("    at " + frame);
        }
        return ExitCode.FAILURE;
    }

    private void adviceFor(ModelSignatureException e) {
        switch (e.reason()) {
            case SIGNATURE_MISSING, METHOD_UNSUPPORTED, UNTRUSTED_KEY -> io.err().println(
                    "Name the publisher's public key with --key, and the signature with --signature if it lies elsewhere.\n"
                            + "--allow-unsigned loads the file without any proof of where it comes from.");
            default -> { }
        }
    }

    private void say(String message) {
        io.err().println("lockstep: " + message);
    }
}
