package io.pushrank.jobs.volume;

/** Selection by rank, without a sort. */
final class Descending {
    private Descending() {}

    /**
     * The value that would be at the place if the first values were sorted in descending order. Afterwards it is there, none
     * before it is smaller and none after it is larger.
     */
    static double select(double[] values, int size, int place) {
        int low = 0;
        int high = size - 1;
        while (low < high) {
            double pivot = values[(low + high) >>> 1];
            int left = low;
            int right = high;
            while (left <= right) {
                while (values[left] > pivot) {
                    left++;
                }
                while (values[right] < pivot) {
                    right--;
                }
                if (left <= right) {
                    double moved = values[left];
                    values[left++] = values[right];
                    values[right--] = moved;
                }
            }
            if (place <= right) {
                high = right;
            } else if (place >= left) {
                low = left;
            } else {
                return values[place];
            }
        }
        return values[place];
    }
}
