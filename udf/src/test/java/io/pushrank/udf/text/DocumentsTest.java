package io.pushrank.udf.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentsTest {
    private static final Shop SHOP = new Shop("corner", 3, 0.5, true, Size.VERY_LARGE, List.of(new Shelf(1, null)));
    private static final String YAML =
            """
            name: corner
            door_count: 3
            share: 0.5
            is_open: true
            size: very_large
            shelves:
            - width: 1
            """;

    private enum Size {
        @JsonProperty("small")
        SMALL,
        @JsonProperty("very_large")
        VERY_LARGE
    }

    private record Shop(String name, int doorCount, double share, boolean isOpen, Size size, List<Shelf> shelves) {
        private Shop {
            if (doorCount > 9) {
                throw new IllegalArgumentException("door_count must be at most 9, but is " + doorCount);
            }
        }
    }

    private record Shelf(int width, @OptionalKey String label) {}

    @Test
    void whatIsWrittenIsRead() {
        assertEquals(YAML, Documents.toYaml(SHOP));
        assertEquals(SHOP, Documents.yaml("shop.yaml", YAML, Shop.class));
        assertEquals(SHOP, Documents.json("shop.json", Documents.toJson(SHOP), Shop.class));
        assertEquals(SHOP, Documents.bind(Documents.YAML, "shop", Documents.tree("shop.yaml", YAML), Shop.class));
    }

    @Test
    void aWholeNumberIsANumberAndAnOptionalKeyMayBeNull() {
        String text = YAML.replace("0.5", "1") + "  label: null\n";

        assertEquals(1, Documents.yaml("shop.yaml", text, Shop.class).share());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            door_count: 3     | doors: 3             | unknown key doors, known keys: door_count, is_open, name, share, shelves, size
            share: 0.5        | share: 0.5, x: 1     | mapping values are not allowed here
            share: 0.5        | no: 1                | unknown key no, known keys: door_count, is_open, name, share, shelves, size
            size: very_large  | size: very_large     |
            door_count: 3     | door_count: 10       | door_count must be at most 9, but is 10
            door_count: 3     | door_count: 3.0      | door_count must be a whole number, but is 3.0
            door_count: 3     | door_count: '3'      | door_count must be a whole number, but is "3"
            door_count: 3     | door_count: null     | door_count must be a whole number, but is null
            share: 0.5        | share: half          | share must be a number, but is "half"
            is_open: true     | is_open: 1           | is_open must be true or false, but is 1
            name: corner      | name: [a]            | name must be a text, but is ["a"]
            size: very_large  | size: large          | size must be one of [small, very_large], but is large
            size: very_large  | size: 1              | size must be one of [small, very_large], but is 1
            size: very_large  | size: null           | size must be one of [small, very_large], but is null
            - width: 1        | - 7                  | shelves[0] must hold keys and values, but is 7
            - width: 1        | - width: wide        | shelves[0].width must be a whole number, but is "wide"
            - width: 1        | - widht: 1           | unknown key shelves[0].widht, known keys: label, width
            - width: 1        | - label: a           | key shelves[0].width is missing
            name: corner      | size: small          | Duplicate field 'size'
            """)
    void whatIsWrongIsNamedWithItsKey(String text, String replacement, String message) {
        String yaml = YAML.replace(text, replacement);
        if (message == null) {
            assertEquals(SHOP, Documents.yaml("shop.yaml", yaml, Shop.class));
            return;
        }

        String found = refusal(yaml);

        assertEquals(
                "shop.yaml, line N: " + message,
                found.replaceFirst(", line \\d+", ", line N")
                        .lines()
                        .findFirst()
                        .orElse(""));
    }

    @Test
    void theLineIsThatOfTheFile() {
        assertEquals(
                "shop.yaml, line 2: door_count must be a whole number, but is \"many\"",
                refusal(YAML.replace("3", "many")));
    }

    @Test
    void aFileThatHoldsNoKeysIsRefused() {
        assertEquals("shop.yaml: must hold keys and values, but is empty", refusal("null"));
        assertEquals("shop.yaml, line 1: must hold keys and values, but is 5", refusal("5"));
        assertEquals("shop.yaml, line 1: must hold keys and values, but is empty", refusal(""));
    }

    @Test
    void aSecondDocumentIsRefused() {
        String message = refusal(YAML + "---\nname: other\n");

        assertTrue(message.startsWith("shop.yaml, line 9: Trailing token"), message);
    }

    private static String refusal(String yaml) {
        return assertThrows(IllegalArgumentException.class, () -> Documents.yaml("shop.yaml", yaml, Shop.class))
                .getMessage();
    }
}
