//! Images held against what is known of them, against qemu-img, and against damage.
