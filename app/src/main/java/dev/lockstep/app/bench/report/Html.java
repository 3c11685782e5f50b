package dev.lockstep.app.bench.report;

import java.io.StringWriter;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes a page that is HTML and well-formed XML at once. Text can only come in through methods that escape it. Not for threads.
 */
final class Html {
    private static final int REPLACEMENT = 0xFFFD;

    /** A step of writing. */
    private interface Step {
        void run() throws XMLStreamException;
    }

    private final StringWriter out = new StringWriter();
    private final XMLStreamWriter xml;

    Html() {
        try {
            xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        out.write("<!DOCTYPE html>\n");
    }

    /** Opens an element; {@code attributes} are names and values in turn. */
    Html open(String name, String... attributes) {
        return step(() -> {
            xml.writeStartElement(name);
            writeAttributes(attributes);
        });
    }

    /** An element that never has content. */
    Html empty(String name, String... attributes) {
        return step(() -> {
            xml.writeEmptyElement(name);
            writeAttributes(attributes);
        });
    }

    private void writeAttributes(String... attributes) throws XMLStreamException {
        for (int i = 0; i < attributes.length; i += 2) {
            xml.writeAttribute(attributes[i], printable(attributes[i + 1]));
        }
    }

    Html close() {
        return step(xml::writeEndElement);
    }

    Html text(String text) {
        return step(() -> xml.writeCharacters(printable(text)));
    }

    /** An element with nothing but text in it. */
    Html element(String name, String text, String... attributes) {
        return open(name, attributes).text(text).close();
    }

    /** Puts in a whole element that is well-formed already. */
    Html svg(String element) {
        // An empty text closes the start tag, which the writer keeps open for attributes.
        return step(() -> {
            xml.writeCharacters("");
            xml.flush();
            out.write(element);
        });
    }

    private Html step(Step step) {
        try {
            step.run();
            return this;
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Control characters and halves of pairs cannot be in XML at all, escaped or not. */
    private static String printable(String text) {
        return text.codePoints().map(c -> switch (Character.getType(c)) {
            case Character.CONTROL -> c == '\n' ? c : REPLACEMENT;
            case Character.SURROGATE, Character.UNASSIGNED -> REPLACEMENT;
            default -> c;
        }).mapToObj(Character::toString).collect(Collectors.joining());
    }

    /** All that was written. */
    @Override
    public String toString() {
        step(xml::flush);
        return out.toString();
    }
}
