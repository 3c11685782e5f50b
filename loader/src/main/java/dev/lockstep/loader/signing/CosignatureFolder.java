package dev.lockstep.loader.signing;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of a signature's cosignatures, for whoever adds one: looked at before anything is signed, made when there is something to write. */
final class CosignatureFolder {
    private CosignatureFolder() {
    }

    /**
     * Where the cosignature of a key goes. Nothing is added to a folder that no reader would take afterwards.
     *
     * @param signature the primary signature
     * @throws ModelSignatureException if the folder is a link, or holds something else
     * @throws SigningException if it is full, or something other than a signature lies in that place
     */
    static Path place(Path signature, KeyId key) {
        Path place = SignatureSet.cosignature(signature, key);
        long others = SignatureSet.cosignatures(signature).stream().filter(file -> !file.equals(place)).count();
        if (others >= SignatureSet.MAX_COSIGNATURES) {
            throw new SigningException(SignatureSet.folder(signature).toString(), "holds " + others + " signatures, and no more are read");
        }
        SignatureFile.requireReplaceable(place);
        return place;
    }

    /**
     * Writes a cosignature in its {@link #place}.
     *
     * @throws SigningException if it cannot be written
     */
    static void write(Path place, byte[] content) {
        Path folder = place.getParent();
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            // looked at before, when there was still nothing to lose
        } catch (IOException e) {
            throw new SigningException(folder.toString(), "cannot be created: " + e, e);
        }
        SignatureFile.write(place, content);
    }
}
