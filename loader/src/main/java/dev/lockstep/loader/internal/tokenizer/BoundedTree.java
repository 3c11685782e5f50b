package dev.lockstep.loader.internal.tokenizer;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.util.JsonParserDelegate;
import tools.jackson.databind.JsonNode;

/**
 * A parser that gives up in the middle of a tree that is too large: what takes two bytes in a file takes a hundred as a node, and files of
 * vocabularies may be large.
 */
final class BoundedTree extends JsonParserDelegate {
    /** Tokens of one tree; 100,000 added tokens have as many. */
    private static final int MAX_TOKENS = 1_500_000;

    private int tokens;

    private BoundedTree(JsonParser parser) {
        super(parser);
    }

    /** The value that begins at the current token. */
    static JsonNode read(JsonParser parser) {
        return parser.objectReadContext().readTree(new BoundedTree(parser));
    }

    @Override
    public JsonToken nextToken() {
        count();
        return super.nextToken();
    }

    @Override
    public String nextName() {
        count();
        return super.nextName();
    }

    private void count() {
        if (++tokens > MAX_TOKENS) {
            throw new StreamConstraintsException("a member has more than " + MAX_TOKENS + " tokens");
        }
    }
}
