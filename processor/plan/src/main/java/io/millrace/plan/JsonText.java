package io.millrace.plan;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, strings, numbers and booleans as JSON, two blanks per level. */
final class JsonText {
    private final StringBuilder out = new StringBuilder();

    private JsonText() {}

    static String of(Object value) {
        JsonText json = new JsonText();
        json.write(value, "");
        return json.out.append('\n').toString();
    }

    private void write(@Nullable Object value, String indent) {
        if (value instanceof Map<?, ?> map) {
            Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
            out.append('{');
            while (entries.hasNext()) {
                Map.Entry<?, ?> entry = entries.next();
                out.append('\n').append(indent).append("  ");
                string(String.valueOf(entry.getKey()));
                out.append(": ");
                write(entry.getValue(), indent + "  ");
                out.append(entries.hasNext() ? "," : "\n" + indent);
            }
            out.append('}');
        } else if (value instanceof List<?> list) {
            boolean flat = list.stream().noneMatch(element -> element instanceof Map || element instanceof List);
            out.append('[');
            for (int i = 0; i < list.size(); i++) {
                out.append(i == 0 ? "" : flat ? ", " : ",");
                out.append(flat ? "" : "\n" + indent + "  ");
                write(list.get(i), indent + "  ");
            }
            out.append(flat || list.isEmpty() ? "" : "\n" + indent).append(']');
        } else if (value instanceof String string) {
            string(string);
        } else {
            out.append(value);
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
