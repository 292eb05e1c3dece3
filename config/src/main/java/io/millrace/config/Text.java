package io.millrace.config;

/**
 * A scalar of the job file and where it stands, so that an error inside it (an expression's tenth character) can be shown in the
 * file. {@code value} is the text after unquoting, folding and interpolation.
 */
public interface Text {
    String value();

    /** Where the scalar starts. */
    Position at();

    /** Where the character with this index of {@link #value} stands; an index past the end gives the end. */
    Position at(int index);

    /** How many characters the scalar takes in its (first) line, at least 1: what a caret under the whole of it marks. */
    int length();

    /** A text that stands in no file: for tests and for defaults. */
    static Text of(String value) {
        return new Text() {
            @Override
            public String value() {
                return value;
            }

            @Override
            public Position at() {
                return at(0);
            }

            @Override
            public Position at(int index) {
                return new Position("(built in)", 1, 1 + Math.min(index, value.length()));
            }

            @Override
            public int length() {
                return Math.max(1, value.length());
            }

            @Override
            public String toString() {
                return value;
            }
        };
    }
}
