*** Settings ***
Library     Browser
Library     Collections


*** Tasks ***
录入比赛
    New Browser    chromium    headless=True    executablePath=${EXECUTABLE}    args=${{$FLAGS.split(",")}}
    New Context    locale=zh-CN    viewport={'width': 1440, 'height': 900}
    New Page    ${BASE}/form.html
    Click    role=button[name="开始"]
    ${cells}    Evaluate    python_calamine.CalamineWorkbook.from_path($SHEET).get_sheet_by_index(0).to_python()    modules=python_calamine
    FOR    ${row}    IN    @{cells}[1:]
        FOR    ${name}    ${value}    IN ZIP    ${cells}[0]    ${row}
            ${field}    Get Element By    Label    ${name}    exact=True
            Fill Text    ${field}    ${value}
        END
        Click    role=button[name="提交"]
    END
    ${taken}    Evaluate JavaScript    ${None}    () => window.submitted.map(row => Object.values(row).sort().join("|")).join("\\n")
    ${wanted}    Evaluate    "\\n".join("|".join(sorted(row, key=lambda text: text.encode("utf-16-be"))) for row in $cells[1:])
    Should Be Equal    ${taken}    ${wanted}
    Close Browser
