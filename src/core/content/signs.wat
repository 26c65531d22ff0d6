;; One look at each byte of a piece of text, sixteen at a time: see signs.ts, which holds the bytes of this as base64.
;;
;; Memory: the piece from 0, then 18 bytes that stand for nothing; from 65,568 six tables of 16 bytes. Of each of three
;; bytes in a row, one table has a row for each lower half and one for each upper half; a bit that is set in both of all
;; three bytes belongs to a word that may be there.
(module
  (memory (export "memory") 2)

  ;; @param bytes  how long the piece is, 0 to 65,536
  ;; @result       bit 0 to 7: the words; bit 8: a control character that text does not hold
  (func (export "look") (param $bytes i32) (result i32)
    (local $at i32)
    (local $text v128)
    (local $words v128)
    (local $found v128)
    (local $controls v128)
    (local $lower1 v128) (local $upper1 v128)
    (local $lower2 v128) (local $upper2 v128)
    (local $lower3 v128) (local $upper3 v128)
    (local $half v128)

    (local.set $half (i8x16.splat (i32.const 15)))
    (local.set $lower1 (v128.load (i32.const 65568)))
    (local.set $upper1 (v128.load (i32.const 65584)))
    (local.set $lower2 (v128.load (i32.const 65600)))
    (local.set $upper2 (v128.load (i32.const 65616)))
    (local.set $lower3 (v128.load (i32.const 65632)))
    (local.set $upper3 (v128.load (i32.const 65648)))

    (block $end
      (loop $next
        (br_if $end (i32.ge_u (local.get $at) (local.get $bytes)))

        ;; Below a blank, but none of BEL to CR and not ESC; or DEL.
        (local.set $text (v128.load (local.get $at)))
        (local.set $controls
          (v128.or
            (local.get $controls)
            (v128.or
              (i8x16.eq (local.get $text) (i8x16.splat (i32.const 127)))
              (v128.andnot
                (i8x16.lt_u (local.get $text) (i8x16.splat (i32.const 32)))
                (v128.or
                  (i8x16.lt_u
                    (i8x16.sub (local.get $text) (i8x16.splat (i32.const 7)))
                    (i8x16.splat (i32.const 7)))
                  (i8x16.eq (local.get $text) (i8x16.splat (i32.const 27))))))))

        (local.set $words
          (v128.and
            (i8x16.swizzle (local.get $lower1) (v128.and (local.get $text) (local.get $half)))
            (i8x16.swizzle (local.get $upper1) (v128.and (i16x8.shr_u (local.get $text) (i32.const 4)) (local.get $half)))))
        (local.set $text (v128.load offset=1 (local.get $at)))
        (local.set $words
          (v128.and
            (local.get $words)
            (v128.and
              (i8x16.swizzle (local.get $lower2) (v128.and (local.get $text) (local.get $half)))
              (i8x16.swizzle (local.get $upper2) (v128.and (i16x8.shr_u (local.get $text) (i32.const 4)) (local.get $half))))))
        (local.set $text (v128.load offset=2 (local.get $at)))
        (local.set $words
          (v128.and
            (local.get $words)
            (v128.and
              (i8x16.swizzle (local.get $lower3) (v128.and (local.get $text) (local.get $half)))
              (i8x16.swizzle (local.get $upper3) (v128.and (i16x8.shr_u (local.get $text) (i32.const 4)) (local.get $half))))))
        (local.set $found (v128.or (local.get $found) (local.get $words)))

        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))

    ;; The sixteen bytes of what was found, as one.
    (local.set $found
      (v128.or
        (local.get $found)
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $found) (local.get $found))))
    (local.set $at
      (i32.or (i32x4.extract_lane 0 (local.get $found)) (i32x4.extract_lane 1 (local.get $found))))
    (local.set $at (i32.or (local.get $at) (i32.shr_u (local.get $at) (i32.const 16))))
    (local.set $at (i32.or (local.get $at) (i32.shr_u (local.get $at) (i32.const 8))))
    (i32.or
      (i32.and (local.get $at) (i32.const 255))
      (i32.shl (v128.any_true (local.get $controls)) (i32.const 8)))))
