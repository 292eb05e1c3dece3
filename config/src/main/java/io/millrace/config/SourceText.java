package io.millrace.config;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A job file's text, with lines and columns for its offsets. Columns count characters as an editor does: by code point. */
final class SourceText {
    private final String file;
    private final String text;
    private final int[] lineStarts;
    private final int @Nullable [] offsets;

    SourceText(String file, String text) {
        this.file = file;
        this.text = text;
        this.lineStarts = lineStarts(text);
        this.offsets = text.codePoints().allMatch(Character::isBmpCodePoint) ? null : offsets(text);
    }

    String text() {
        return text;
    }

    /** The offset of the character with this index, counted in code points. */
    int offset(int codePoint) {
        if (offsets == null) {
            return Math.min(codePoint, text.length());
        }
        return offsets[Math.min(codePoint, offsets.length - 1)];
    }

    Position position(int offset) {
        int line = lineIndex(offset);
        int column = text.codePointCount(lineStarts[line], Math.min(offset, text.length()));
        return new Position(file, line + 1, column + 1);
    }

    /** Where the line that holds the offset ends, its line break left out. */
    int lineEnd(int offset) {
        int end = Math.min(offset, text.length());
        while (end < text.length() && !isBreak(text.charAt(end))) {
            end++;
        }
        return end;
    }

    int lineStart(int offset) {
        return lineStarts[lineIndex(offset)];
    }

    /** The text of a line, counted from 1, or null if the file has no such line. */
    @Nullable
    String line(int number) {
        if (number < 1 || number > lineStarts.length) {
            return null;
        }
        int start = lineStarts[number - 1];
        return text.substring(start, lineEnd(start));
    }

    static boolean isBreak(char c) {
        return c == '\n' || c == '\r';
    }

    private int lineIndex(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found : -found - 2;
    }

    private static int[] lineStarts(String text) {
        int[] starts = new int[16];
        int count = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean ends = c == '\n' || (c == '\r' && !(i + 1 < text.length() && text.charAt(i + 1) == '\n'));
            if (ends) {
                if (count == starts.length) {
                    starts = Arrays.copyOf(starts, count * 2);
                }
                starts[count++] = i + 1;
            }
        }
        return Arrays.copyOf(starts, count);
    }

    private static int[] offsets(String text) {
        int[] offsets = new int[text.codePointCount(0, text.length()) + 1];
        int offset = 0;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = offset;
            offset += offset < text.length() ? Character.charCount(text.codePointAt(offset)) : 0;
        }
        return offsets;
    }
}
